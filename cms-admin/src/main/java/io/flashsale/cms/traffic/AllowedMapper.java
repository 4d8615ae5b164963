package io.flashsale.cms.traffic;

import com.baomidou.mybatisplus.core.mapper.BaseMapper;
import org.apache.ibatis.annotations.Mapper;

@Mapper
interface AllowedMapper extends BaseMapper<AllowedRow> {}
